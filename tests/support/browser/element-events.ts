/** Finds the handlers of events in what an element renders, without a browser. */
import type { TemplateResult } from 'lit';

/** The template and those in it, at any depth. */
function templatesIn(value: unknown): TemplateResult[] {
  if (Array.isArray(value)) return value.flatMap((inner) => templatesIn(inner));
  const { strings, values } = (value ?? {}) as Partial<TemplateResult>;
  return strings && values ? [value as TemplateResult, ...templatesIn(values)] : [];
}

/** The handler of an event of what has this attribute, such as `kind="tip"`. */
export function handlerOf(rendered: unknown, attribute: string, event: string): (event?: unknown) => unknown {
  for (const { strings, values } of templatesIn(rendered)) {
    const withValue = (text: string, value: unknown) => (typeof value === 'string' ? `${text}"${value}"` : text);
    const from = strings.findIndex((text, index) => withValue(text, values[index]).includes(attribute));
    const at = strings.findIndex((text, index) => from >= 0 && index >= from && text.endsWith(`@${event}=`));
    if (at >= 0) return values[at] as () => unknown;
  }
  throw new Error(`nothing handles ${event} of ${attribute}`);
}

/** The handler of a click on what has this test id. */
export function pressOf(rendered: unknown, testId: string): (event?: unknown) => unknown {
  return handlerOf(rendered, `data-testid="${testId}"`, 'click');
}
