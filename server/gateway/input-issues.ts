/** Describes validation issues in words, for both pipelines. */

const ISSUES_SHOWN = 3;

/** The first few issues of an input, with their paths. */
export function describeIssues(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  return issues
    .slice(0, ISSUES_SHOWN)
    .map((issue) => (issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ${issue.message}` : issue.message))
    .join('; ');
}
