/**
 * Writes `stripe-schemas.json` from the types of the installed SDK: run it after an upgrade of `stripe` or a change of
 * `roots.ts`. The SDK's types are the only available specification; the README lists what they leave open.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { CARD_ONLY, KEPT_PROPERTIES } from './kept-properties.ts';
import { EVENT_ROOTS, REQUEST_ROOTS, RESOURCE_ROOTS } from './roots.ts';
import { type Schema, TypeWalk } from './type-walk.ts';

export const SCHEMAS_FILE = fileURLToPath(new URL('./stripe-schemas.json', import.meta.url));
const SDK_FOLDER = path.dirname(createRequire(import.meta.url).resolve('stripe'));
const ERROR_FIELDS_SET_BY_THE_SDK = ['detail', 'exception', 'headers', 'requestId', 'statusCode'];

/** Objects that cannot be fetched by id. */
const WITHOUT_ID: Readonly<Record<string, string>> = {
  AccountLink: 'account_link',
  Balance: 'balance',
  BalanceSettings: 'balance_settings',
};

/** `Charge.Outcome`, `Checkout.SessionCreateParams.LineItem`: unique, because a folder of the SDK is a namespace. */
function nameOf(symbol: ts.Symbol, checker: ts.TypeChecker): string | undefined {
  const declaration = symbol.declarations?.find(
    (node) => ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node),
  );
  const alias = symbol.declarations?.find((node) => ts.isTypeAliasDeclaration(node));
  const node = declaration ?? alias;
  const file = node?.getSourceFile().fileName;
  if (node === undefined || file === undefined || !file.startsWith(SDK_FOLDER)) return undefined;
  const qualified = checker.getFullyQualifiedName(symbol).replace(/^".*"\./, '');
  const folder = path.relative(path.join(SDK_FOLDER, 'resources'), path.dirname(file)).replaceAll(path.sep, '.');
  const isInNamespace = folder !== '' && !folder.startsWith('.') && !qualified.startsWith(`${folder}.`);
  return isInNamespace ? `${folder}.${qualified}` : qualified;
}

/** Every type that the SDK's files declare, by its name. */
function declaredTypes(program: ts.Program): Map<string, ts.Type> {
  const checker = program.getTypeChecker();
  const types = new Map<string, ts.Type>();
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) {
      const symbol = checker.getSymbolAtLocation(node.name);
      const name = symbol && nameOf(symbol, checker);
      if (symbol && name && !types.has(name)) types.set(name, checker.getDeclaredTypeOfSymbol(symbol));
    } else if (ts.isModuleDeclaration(node) || ts.isModuleBlock(node) || ts.isSourceFile(node)) {
      ts.forEachChild(node, visit);
    }
  };
  for (const file of program.getSourceFiles()) if (file.fileName.startsWith(SDK_FOLDER)) visit(file);
  return types;
}

/** A resource names its kind in a property `object` with one possible value. */
function objectKindOf(type: ts.Type, checker: ts.TypeChecker): string | undefined {
  const property = type.getProperty('object');
  const kind = property && checker.getTypeOfSymbol(property);
  return kind?.isStringLiteral() && type.getProperty('id') !== undefined ? kind.value : undefined;
}

function eventInterfaces(types: Map<string, ts.Type>, checker: ts.TypeChecker): Map<string, string> {
  const byEventType = new Map<string, string>();
  for (const [name, type] of types) {
    const property = name.endsWith('Event') ? type.getProperty('type') : undefined;
    const literal = property && checker.getTypeOfSymbol(property);
    if (literal?.isStringLiteral() && type.getProperty('pending_webhooks')) byEventType.set(literal.value, name);
  }
  return byEventType;
}

function fateOf(interfaceName: string, property: string): 'kept' | 'absent' | 'refused' {
  if (interfaceName === 'StripeRawError') return ERROR_FIELDS_SET_BY_THE_SDK.includes(property) ? 'absent' : 'kept';
  const kept = KEPT_PROPERTIES[interfaceName];
  if (kept === undefined || kept.includes(property)) return 'kept';
  return /(Create|Update|List|Confirm|Cancel)Params/.test(interfaceName) ? 'refused' : 'absent';
}

type Properties = Record<string, Record<string, unknown>>;
const EXPANDABLE_DEPTH_MAX = 3;

/** The fields of resources and their parts whose ids `expand` can replace, read from the schemas. */
function expandableFields(resources: Record<string, string>, definitions: Map<string, Schema>) {
  const kindOf = new Map(Object.entries(resources).map(([kind, name]) => [`#/definitions/${name}`, kind]));
  const propertiesOf = (schema: Record<string, unknown>): Properties | undefined => {
    const reference = schema.$ref as string | undefined;
    const target = reference === undefined ? schema : definitions.get(reference.slice('#/definitions/'.length));
    return (target as { properties?: Properties } | undefined)?.properties;
  };
  const collect = (properties: Properties, within: string, depth: number, fields: Record<string, string[]>): void => {
    for (const [name, schema] of Object.entries(properties)) {
      const field = `${within}${name}`;
      const alternatives = (schema.anyOf ?? [schema]) as Record<string, unknown>[];
      const holdsId = alternatives.some((alternative) => alternative.type === 'string');
      const kinds = alternatives.flatMap((alternative) => kindOf.get(alternative.$ref as string) ?? []);
      if (alternatives.some((alternative) => 'has_more' in (propertiesOf(alternative) ?? {}))) fields[field] = ['list'];
      else if (holdsId && kinds.length > 0) fields[field] = kinds;
      if (kinds.length > 0 || depth === EXPANDABLE_DEPTH_MAX) continue;
      for (const part of alternatives) collect(propertiesOf(part) ?? {}, `${field}.`, depth + 1, fields);
    }
  };
  const table: Record<string, Record<string, string[]>> = {};
  for (const [kind, name] of Object.entries(resources)) {
    const fields: Record<string, string[]> = {};
    collect(propertiesOf({ $ref: `#/definitions/${name}` }) ?? {}, '', 1, fields);
    if (Object.keys(fields).length > 0) table[kind] = fields;
  }
  return table;
}

/** Reports a property that the SDK has dropped, or that is misspelt here. */
function assertKeptPropertiesExist(types: Map<string, ts.Type>): void {
  for (const [name, properties] of Object.entries(KEPT_PROPERTIES)) {
    const type = types.get(name);
    const missing = properties.filter((property) => type?.getProperty(property) === undefined);
    if (missing.length > 0) throw new Error(`The SDK's ${name} has no ${missing.join(', ')}`);
  }
}

/** Generates the contents of `stripe-schemas.json`. */
export function generateSchemas(): string {
  const entry = path.join(SDK_FOLDER, 'stripe.core.d.ts');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    lib: ['lib.esnext.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ESNext,
  };
  // No schema needs Node's types or comments, and reading them takes a sixth of the time.
  const host = Object.assign(ts.createCompilerHost(options), {
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
    resolveTypeReferenceDirectiveReferences: (references: readonly unknown[]) =>
      references.map(() => ({ resolvedTypeReferenceDirective: undefined })),
  });
  const program = ts.createProgram([entry], options, host);
  const checker = program.getTypeChecker();
  const types = declaredTypes(program);
  const cardOnly: readonly string[] = CARD_ONLY;
  const emulated = new Set<string>(RESOURCE_ROOTS);
  const foreign = new Set<string>();
  for (const [name, type] of types) if (objectKindOf(type, checker) && !emulated.has(name)) foreign.add(name);
  const events = eventInterfaces(types, checker);
  for (const name of events.values()) foreign.delete(name);
  const isPerMethod = (name: string, property: string) => {
    const type = types.get(
      `${name}.${property.replace(/(^|_)([a-z0-9])/g, (_all, _bar, letter) => letter.toUpperCase())}`,
    );
    const isInterface = type !== undefined && (type.flags & ts.TypeFlags.Object) !== 0;
    return isInterface && property !== 'card' && property !== 'billing_details';
  };
  const walk = new TypeWalk({
    checker,
    nameOf: (symbol) => nameOf(symbol, checker),
    isEmulated: (name) => !foreign.has(name) && name !== 'CustomerSource' && name !== 'DeletedCustomerSource',
    fateOf: (name, property) =>
      cardOnly.includes(name) && isPerMethod(name, property) ? 'absent' : fateOf(name, property),
  });
  const include = (name: string): string => {
    const type = types.get(name);
    if (type === undefined) throw new Error(`The SDK declares no type ${name}`);
    walk.schemaOf(type);
    if (!walk.definitions.has(name)) throw new Error(`The walk left no definition of ${name}`);
    return name;
  };
  assertKeptPropertiesExist(types);
  const resources: Record<string, string> = {};
  const deleted: Record<string, string> = {};
  for (const name of RESOURCE_ROOTS) {
    const type = types.get(name);
    const kind = WITHOUT_ID[name] ?? (type && objectKindOf(type, checker));
    if (kind === undefined) throw new Error(`${name} is no resource`);
    (name.startsWith('Deleted') ? deleted : resources)[kind] = include(name);
  }
  for (const name of REQUEST_ROOTS) include(name);
  const eventNames = Object.fromEntries(EVENT_ROOTS.map((type) => [type, include(events.get(type) ?? type)]));
  const version = JSON.parse(readFileSync(path.join(SDK_FOLDER, '..', 'package.json'), 'utf8')).version;
  const apiVersion = /ApiVersion = "([^"]+)"/.exec(readFileSync(path.join(SDK_FOLDER, 'apiVersion.d.ts'), 'utf8'))?.[1];
  const head = {
    sdkVersion: version,
    apiVersion,
    error: include('StripeRawError'),
    resources,
    deleted,
    events: eventNames,
    expandable: expandableFields(resources, walk.definitions),
  };
  return print(head, walk.definitions);
}

/** One definition a line, so that versions can be compared by diff. */
function print(head: Record<string, unknown>, definitions: Map<string, Schema>): string {
  const lines = [...definitions.keys()]
    .sort()
    .map((name) => `${JSON.stringify(name)}:${JSON.stringify(definitions.get(name))}`);
  const headLines = Object.entries(head).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)},\n`);
  return `{${headLines.join('')}"definitions":{\n${lines.join(',\n')}\n}}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(SCHEMAS_FILE, generateSchemas());
