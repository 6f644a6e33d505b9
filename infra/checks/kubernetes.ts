/**
 * Checks Kubernetes manifests against the API's own schemas (kubernetes-models), strictly: an unknown field, which the
 * cluster would drop silently, is a fault too. The compiled validators accept unknown fields, but read every field that
 * they know: a field that was not read is unknown.
 */
import { z } from 'zod';
import { parseStrictYaml } from './yaml.ts';

const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
export type Manifest = z.output<typeof manifest>;

const CRD_GROUPS: Record<string, string> = { 'monitoring.coreos.com': '@kubernetes-models/prometheus-operator' };
/** Objects with arbitrary fields: their schema does not read them. */
const FREE_FIELDS = /^\/(data|stringData|metadata\/(labels|annotations))(\/|$)/;

export async function checkKubernetes(text: string): Promise<{ manifests: Manifest[]; faults: string[] }> {
  const { documents, faults } = parseStrictYaml(text);
  const manifests: Manifest[] = [];
  for (const document of documents) {
    const parsed = manifest.safeParse(document);
    if (!parsed.success) {
      faults.push(z.prettifyError(parsed.error));
      continue;
    }
    manifests.push(parsed.data);
    const { kind, metadata } = parsed.data;
    faults.push(...(await faultsOf(parsed.data)).map((fault) => `${kind} ${metadata.name}: ${fault}`));
  }
  return { manifests, faults };
}

async function faultsOf(document: Manifest): Promise<string[]> {
  const { apiVersion, kind } = document;
  const [group = ''] = apiVersion.split('/');
  const path = `${CRD_GROUPS[group] ?? 'kubernetes-models'}/${apiVersion}/${kind}`;
  const loaded: Record<string, { prototype: { validate(): void } }> | undefined = await import(path).catch(
    () => undefined,
  );
  const model = loaded?.[kind];
  if (!model) return [`${apiVersion} has no such kind`];
  const known = new FieldsRead(document);
  try {
    // Not on an instance: the constructor copies all fields, and so would read them.
    model.prototype.validate.call(known.witness);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  return known.unread().map((field) => `${field} is not a field that ${kind} has`);
}

/** Watches which fields of a value are read. */
class FieldsRead {
  readonly witness: unknown;
  readonly #value: unknown;
  readonly #read = new Set<string>();

  constructor(value: unknown) {
    this.#value = value;
    this.witness = this.#watch(value, '');
  }

  unread(): string[] {
    return [...this.#fields(this.#value, '')].filter((field) => !this.#read.has(field) && !FREE_FIELDS.test(field));
  }

  #watch(value: unknown, path: string): unknown {
    if (typeof value !== 'object' || value === null) return value;
    return new Proxy(value, {
      get: (target, key, receiver) => {
        const found: unknown = Reflect.get(target, key, receiver);
        if (typeof key !== 'string' || !Object.hasOwn(target, key)) return found;
        const field = `${path}/${key}`;
        this.#read.add(field);
        return this.#watch(found, field);
      },
    });
  }

  *#fields(value: unknown, path: string): Generator<string> {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      const field = `${path}/${key}`;
      yield field;
      // All fields below an unknown one are unknown too; only the topmost is reported.
      if (this.#read.has(field)) yield* this.#fields(inner, field);
    }
  }
}
