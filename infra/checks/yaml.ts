/** Strict YAML: a duplicate key, an unknown tag or a warning is a fault, because manifests are not run here. */
import { parseAllDocuments } from 'yaml';

export interface Parsed {
  documents: unknown[];
  faults: string[];
}

export function parseStrictYaml(text: string): Parsed {
  // Merge keys (<<) are of YAML 1.1; compose files use them and the programs that read these files all know them.
  const documents = parseAllDocuments(text, { strict: true, uniqueKeys: true, merge: true, prettyErrors: true });
  const faults = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings].map(({ message }) => message));
  return { documents: faults.length > 0 ? [] : documents.map((document) => document.toJS() as unknown), faults };
}
