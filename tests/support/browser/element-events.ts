/** Finds the handlers of events in what an element renders, without a browser. */
import type { TemplateResult } from 'lit';
import { vi } from 'vitest';

/** The template and those in it, at any depth. */
function templatesIn(value: unknown): TemplateResult[] {
  if (Array.isArray(value)) return value.flatMap((inner) => templatesIn(inner));
  const { strings, values } = (value ?? {}) as Partial<TemplateResult>;
  return strings && values ? [value as TemplateResult, ...templatesIn(values)] : [];
}

/** A piece of the template with the value after it, if that is text, and the piece that follows. */
function textAt({ strings, values }: TemplateResult, index: number): string {
  const [text = '', next = ''] = strings.slice(index, index + 2);
  const value = values[index];
  if (typeof value !== 'string') return text;
  return text.endsWith('=') ? `${text}"${value}"${next}` : `${text}${value}${next}`;
}

/** What is bound, such as by `.room=`, to what has this attribute, such as `kind="tip"`. */
export function bindingOf(rendered: unknown, attribute: string, binding: string): unknown {
  for (const template of templatesIn(rendered)) {
    const { strings, values } = template;
    const from = strings.findIndex((_, index) => textAt(template, index).includes(attribute));
    const at = strings.findIndex((text, index) => from >= 0 && index >= from && text.endsWith(binding));
    if (at >= 0) return values[at];
  }
  throw new Error(`nothing has ${binding} of ${attribute}`);
}

export function handlerOf(rendered: unknown, attribute: string, event: string): (event?: unknown) => unknown {
  return bindingOf(rendered, attribute, `@${event}=`) as () => unknown;
}

/** The handler of a click on what has this test id. */
export function pressOf(rendered: unknown, testId: string): (event?: unknown) => unknown {
  return handlerOf(rendered, `data-testid="${testId}"`, 'click');
}

/** Sends the form, or the search, with these values. */
export function submitOf(rendered: unknown, form: string): (values: Record<string, string>) => unknown {
  return (values) => {
    const target = { querySelector: () => null, reset: () => undefined };
    vi.stubGlobal(
      'FormData',
      class extends Map<string, string> {
        constructor() {
          super(Object.entries(values));
        }
      },
    );
    return handlerOf(rendered, form, 'submit')({ preventDefault: () => undefined, target, currentTarget: target });
  };
}
