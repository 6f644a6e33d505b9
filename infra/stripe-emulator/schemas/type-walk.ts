/**
 * Converts types of the SDK to JSON Schema definitions with TypeScript's checker. Knows TypeScript, not Stripe: its
 * options choose the types and the omitted properties.
 */
import ts from 'typescript';

export type Schema = Record<string, unknown> | false;

export interface TypeWalkOptions {
  checker: ts.TypeChecker;
  /** A stable short name for a declared type, or undefined where it should be inlined. */
  nameOf: (symbol: ts.Symbol) => string | undefined;
  /** False for a resource that the emulator lacks: a reference to it may only be an id or null. */
  isEmulated: (name: string) => boolean;
  /** Whether a property is kept, absent (response) or known but refused (request). */
  fateOf: (interfaceName: string, property: string) => 'kept' | 'absent' | 'refused';
}

/** The SDK's open string enums are `'a' | 'b' | OtherString`; without this member their values can be checked. */
function isOtherString(type: ts.Type): boolean {
  return type.isIntersection() && type.types.some((member) => (member.flags & ts.TypeFlags.String) !== 0);
}

export class TypeWalk {
  readonly definitions = new Map<string, Schema>();
  readonly #options: TypeWalkOptions;
  readonly #notEmulated = new Set<string>();

  constructor(options: TypeWalkOptions) {
    this.#options = options;
  }

  /** The schema of a type; undefined if none of it is emulated. */
  schemaOf(type: ts.Type): Schema | undefined {
    const { flags } = type;
    if (type.aliasSymbol?.name === 'Decimal' || type.getSymbol()?.name === 'Decimal') return { type: 'string' };
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (flags & ts.TypeFlags.BooleanLiteral) return { const: this.#options.checker.typeToString(type) === 'true' };
    if (flags & (ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral)) return { type: 'string' };
    if (flags & ts.TypeFlags.Number) return { type: 'number' };
    if (flags & ts.TypeFlags.Boolean) return { type: 'boolean' };
    if (flags & ts.TypeFlags.Null) return { type: 'null' };
    if (flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)) return undefined;
    if (flags & (ts.TypeFlags.Unknown | ts.TypeFlags.Any)) return {};
    if (type.isUnion()) return this.#unionSchema(type.types);
    if (isOtherString(type)) return { type: 'string' };
    if (flags & ts.TypeFlags.Object) return this.#objectSchema(type as ts.ObjectType);
    throw new Error(`No schema for the type ${this.#options.checker.typeToString(type)}`);
  }

  #unionSchema(members: readonly ts.Type[]): Schema | undefined {
    const literals = members.filter((member) => member.isStringLiteral()).map((member) => member.value);
    const rest = members.filter((member) => !member.isStringLiteral());
    const others = rest.filter((member) => !(literals.length > 0 && isOtherString(member)));
    const booleans = others.filter((member) => member.flags & ts.TypeFlags.BooleanLiteral);
    const alternatives: Schema[] = [];
    if (literals.length > 0) alternatives.push({ enum: literals.sort() });
    if (booleans.length === 2) alternatives.push({ type: 'boolean' });
    for (const member of others) {
      if (booleans.length === 2 && booleans.includes(member)) continue;
      const schema = this.schemaOf(member);
      if (schema !== undefined) alternatives.push(schema);
    }
    if (alternatives.length === 0) return undefined;
    return alternatives.length === 1 ? alternatives[0] : { anyOf: alternatives };
  }

  #objectSchema(type: ts.ObjectType): Schema | undefined {
    const { checker, nameOf } = this.#options;
    if (checker.isArrayType(type)) {
      const [item] = checker.getTypeArguments(type as ts.TypeReference);
      const items = item && this.schemaOf(item);
      // A list of objects that the emulator lacks can still be empty.
      return items === undefined ? { type: 'array', maxItems: 0 } : { type: 'array', items };
    }
    const symbol = type.aliasSymbol ?? type.getSymbol();
    const name = symbol && nameOf(symbol);
    if (name === 'ApiList') {
      const [item] = checker.getTypeArguments(type as ts.TypeReference);
      const items = item && this.schemaOf(item);
      return items === undefined ? undefined : listSchema(items);
    }
    if (name === undefined) return this.#closedObject(type, undefined);
    if (this.#notEmulated.has(name) || !this.#options.isEmulated(name)) return undefined;
    if (!this.definitions.has(name)) {
      // The placeholder ends the recursion of types that contain themselves.
      this.definitions.set(name, false);
      const definition = this.#closedObject(type, name);
      if (definition === undefined) {
        this.#notEmulated.add(name);
        this.definitions.delete(name);
        return undefined;
      }
      this.definitions.set(name, definition);
    }
    return { $ref: `#/definitions/${name}` };
  }

  /** Undefined if a required property cannot be emulated: then the object cannot be either. */
  #closedObject(type: ts.ObjectType, name: string | undefined): Schema | undefined {
    const { checker, fateOf } = this.#options;
    const properties: Record<string, Schema> = {};
    const required: string[] = [];
    for (const property of checker.getPropertiesOfType(type)) {
      const key = property.getName();
      const fate = name === undefined ? 'kept' : fateOf(name, key);
      if (fate === 'absent') continue;
      const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      const schema = fate === 'refused' ? false : this.schemaOf(checker.getTypeOfSymbol(property));
      if (schema === undefined) {
        if (!isOptional) return undefined;
        continue;
      }
      properties[key] = schema;
      if (!isOptional) required.push(key);
    }
    const index = checker.getIndexTypeOfType(type, ts.IndexKind.String);
    const additional = index === undefined ? false : (this.schemaOf(index) ?? false);
    const schema: Record<string, unknown> = { type: 'object', additionalProperties: additional };
    if (Object.keys(properties).length > 0) schema.properties = properties;
    if (required.length > 0) schema.required = required.sort();
    return schema;
  }
}

function listSchema(items: Schema): Schema {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['data', 'has_more', 'object', 'url'],
    properties: {
      data: { type: 'array', items },
      has_more: { type: 'boolean' },
      object: { const: 'list' },
      url: { type: 'string' },
    },
  };
}
