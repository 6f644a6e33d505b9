/** Where a visitor came from, for the sign-in page and the account. */

/** The path in `?to=`, if it is one of this site; the server checks it too. */
export function returnPathOf(search: string): string | undefined {
  const to = new URLSearchParams(search).get('to') ?? '';
  return /^\/(?:[\w\-.?=&%][\w\-./?=&%]*)?$/.test(to) ? to : undefined;
}

/** The path of this page to come back to, with its query if that can be carried along. */
export function returnPathHere(): string {
  const { pathname, search } = location;
  return returnPathOf(`?to=${encodeURIComponent(pathname + search)}`) ?? pathname;
}
