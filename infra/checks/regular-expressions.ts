/**
 * Proves that each regular expression in the code runs in time linear in its input. The proof is by automata (recheck);
 * what it cannot analyse needs a reviewed exception with a reason.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkSync } from 'recheck';
import ts from 'typescript';

// Otherwise recheck starts a worker thread and a native program for each expression.
process.env.RECHECK_SYNC_BACKEND = 'pure';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = ['server', 'sfu', 'client-sdk', 'infra/stripe-emulator'].map((folder) => `${folder}/**/*.{ts,mjs}`);
const NOT_CHECKED = ['**/node_modules/**', '**/*.test.ts', '**/testing/**'];
const TIMEOUT_MS = 30_000;
/** Past its own limits recheck only searches for attacks by trial, which proves nothing. */
const NO_LIMIT = 1_000_000;

/** Reviewed manually: expressions that recheck cannot analyse, and why they are linear. */
const EXCEPTIONS: Record<string, string> = {
  // recheck does not know the flag `v`.
  '/\\p{RGI_Emoji}|\\p{Emoji_Presentation}|\\s/gv':
    'matches one emoji, of at most 16 code units, or one space; nothing is repeated',
};

/** Faults by file, and the exceptions that no expression needs any more. */
function checkRegularExpressions(): Map<string, string[]> {
  const used = new Set<string>();
  const faults = new Map<string, string[]>();
  for (const file of globSync(SOURCES, { cwd: PROJECT, exclude: NOT_CHECKED })) {
    faults.set(file, faultsOfSource(file, readFileSync(join(PROJECT, file), 'utf8'), used));
  }
  const unused = Object.keys(EXCEPTIONS).filter((expression) => !used.has(expression));
  faults.set(
    'infra/checks/regular-expressions.ts',
    unused.map((expression) => `nothing needs the exception ${expression}`),
  );
  return faults;
}

export function faultsOfSource(file: string, text: string, usedExceptions = new Set<string>()): string[] {
  const faults: string[] = [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    const fault = faultOfNode(node, usedExceptions);
    if (fault !== undefined) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      faults.push(`${line + 1}: ${node.getText()} ${fault}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return faults;
}

function faultOfNode(node: ts.Node, usedExceptions: Set<string>): string | undefined {
  if (ts.isRegularExpressionLiteral(node)) {
    if (node.text in EXCEPTIONS) usedExceptions.add(node.text);
    else return faultOfExpression(node.text);
  } else if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'RegExp') {
    return 'is built at run time, so nothing can be proved of it';
  }
  return undefined;
}

const proved = new Map<string, string | undefined>();

function faultOfExpression(literal: string): string | undefined {
  if (!proved.has(literal)) {
    const end = literal.lastIndexOf('/');
    const result = checkSync(literal.slice(1, end), literal.slice(end + 1), {
      checker: 'automaton',
      maxNFASize: NO_LIMIT,
      maxPatternSize: NO_LIMIT,
      maxRepeatCount: NO_LIMIT,
      timeout: TIMEOUT_MS,
    });
    proved.set(literal, describe(result));
  }
  return proved.get(literal);
}

function describe(result: ReturnType<typeof checkSync>): string | undefined {
  switch (result.status) {
    case 'safe':
      return result.checker === 'automaton' ? undefined : 'was only tried out, not proved linear';
    case 'vulnerable':
      return `is not linear (${result.complexity.summary}), for example with ${result.attack.pattern}`;
    case 'unknown':
      return `could not be analysed (${result.error.kind}): change it, or review it and add an exception`;
  }
}

if (import.meta.main) {
  const faults = [...checkRegularExpressions()].flatMap(([file, found]) => found.map((fault) => `${file}:${fault}`));
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
