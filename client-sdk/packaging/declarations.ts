/**
 * Declarations of a package. The wire contract is written as zod schemas, and its types follow from them
 * (`z.infer`); an embedder gets those types written out, with their comments, and needs no zod.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const IS_SCHEMA_TYPE = /\bz\.(infer|input|output)</;

/** Writes the declarations of modules and of all that they import into `folder`, at the same paths as the sources. */
export function emitDeclarations(entries: readonly string[], folder: string): void {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(PROJECT, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    PROJECT,
  );
  const program = ts.createProgram(entries, {
    ...options,
    ...{ noEmit: false, declaration: true, emitDeclarationOnly: true, stripInternal: true },
    ...{ rootDir: PROJECT, outDir: folder },
  });
  const checker = program.getTypeChecker();
  const writer = new TypeWriter(checker, namesOfTypes(program.getSourceFiles(), checker));
  const { diagnostics } = program.emit(undefined, (file, text, _, __, [source] = []) => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, source ? withTypesWrittenOut(text, source, writer) : text);
  });
  const faults = diagnostics.map(({ file, start = 0, messageText }) => {
    const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    const where = file ? `${relative(PROJECT, file.fileName)}:${line}: ` : '';
    return `${where}${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
  if (faults.length > 0) throw new Error(`Declarations:\n${faults.join('\n')}`);
}

type NamesOfTypes = ReadonlyMap<ts.Type, ts.TypeAliasDeclaration>;

/** Exported aliases of objects, to be referred to by name. */
function namesOfTypes(sources: readonly ts.SourceFile[], checker: ts.TypeChecker): NamesOfTypes {
  const aliases = sources.flatMap(schemaAliases).filter(({ modifiers = [] }) => modifiers.length > 0);
  const types = aliases.map((alias) => [checker.getTypeAtLocation(alias.name), alias] as const);
  return new Map(types.filter(([{ flags }]) => flags & ts.TypeFlags.Object));
}

function schemaAliases(source: ts.SourceFile): ts.TypeAliasDeclaration[] {
  const aliases = source.statements.filter(ts.isTypeAliasDeclaration);
  return aliases.filter(({ type, typeParameters }) => !typeParameters && IS_SCHEMA_TYPE.test(type.getText(source)));
}

/** `text` is what was emitted for the source. */
function withTypesWrittenOut(text: string, source: ts.SourceFile, writer: TypeWriter): string {
  const written = new Map(schemaAliases(source).map((alias) => [alias.name.text, writer.write(alias)]));
  const emitted = ts.createSourceFile(source.fileName, text, ts.ScriptTarget.Latest, true);
  const aliases = emitted.statements.filter(ts.isTypeAliasDeclaration).filter(({ name }) => written.has(name.text));
  if (aliases.length < written.size) throw new Error(`${source.fileName}: not all of its types were emitted.`);
  return aliases.reduceRight(
    (result, { name, type }) => result.slice(0, type.pos) + written.get(name.text) + result.slice(type.end),
    text,
  );
}

/** Writes aliases as TypeScript: objects in full, each property with its comment; what has a name, by its name. */
class TypeWriter {
  readonly #checker: ts.TypeChecker;
  readonly #names: NamesOfTypes;
  #alias: ts.TypeAliasDeclaration | undefined;

  constructor(checker: ts.TypeChecker, names: NamesOfTypes) {
    this.#checker = checker;
    this.#names = names;
  }

  write(alias: ts.TypeAliasDeclaration): string {
    this.#alias = alias;
    return this.#describe(this.#checker.getTypeAtLocation(alias.name));
  }

  #part(type: ts.Type): string {
    const named = this.#names.get(type);
    if (!named) return this.#describe(type);
    const [file, own] = [named.getSourceFile(), this.#alias?.getSourceFile()];
    if (!own || file === own) return named.name.text;
    const path = relative(dirname(own.fileName), file.fileName);
    return `import('${path.startsWith('.') ? path : `./${path}`}').${named.name.text}`;
  }

  #describe(type: ts.Type): string {
    const checker = this.#checker;
    if (type.isUnion() && !(type.flags & ts.TypeFlags.Boolean)) return this.#union(type);
    if (type.isIntersection()) return type.types.map((part) => this.#part(part)).join(' & ');
    const [element] = checker.isArrayType(type) ? checker.getTypeArguments(type as ts.TypeReference) : [];
    if (element) return `Array<${this.#part(element)}>`;
    if (!(type.flags & ts.TypeFlags.Object) || checker.isTupleType(type))
      return checker.typeToString(type, this.#alias, ts.TypeFormatFlags.NoTruncation);
    const keys = checker.getIndexInfosOfType(type).map((info) => `[key: string]: ${this.#part(info.type)};`);
    const properties = checker.getPropertiesOfType(type).map((property) => this.#property(property));
    return `{\n${[...keys, ...properties].join('\n')}\n}`;
  }

  /** Null last; without `undefined`, which JSON does not have: such a property is optional. */
  #union({ types }: ts.UnionType): string {
    const is = (flags: ts.TypeFlags) => (part: ts.Type) => (part.flags & flags) !== 0;
    const { BooleanLiteral, Null, Undefined } = ts.TypeFlags;
    const isBoolean = types.filter(is(BooleanLiteral)).length === 2;
    const others = types.filter((part) => !is(Null | Undefined)(part) && !(isBoolean && is(BooleanLiteral)(part)));
    return [
      ...others.map((part) => this.#part(part)),
      ...(isBoolean ? ['boolean'] : []),
      ...(types.some(is(Null)) ? ['null'] : []),
    ].join(' | ');
  }

  #property(property: ts.Symbol): string {
    const checker = this.#checker;
    const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
    const type = checker.getTypeOfSymbol(property);
    const comment = ts.displayPartsToString(property.getDocumentationComment(checker)).replaceAll('\n', ' ');
    const name = /^[A-Za-z_$][\w$]*$/.test(property.name) ? property.name : JSON.stringify(property.name);
    return `${comment && `/** ${comment} */\n`}${name}${isOptional ? '?' : ''}: ${this.#part(type)};`;
  }
}
