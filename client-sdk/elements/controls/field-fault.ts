/**
 * Marks a `<wa-input>` whose value is at fault, and says why in place of its hint, which describes the field to screen
 * readers: `<wa-input ${fieldFault(text, hint)}>`. Without a text the field has its hint.
 */
import type WaInput from '@awesome.me/webawesome/dist/components/input/input.js';
import { noChange } from 'lit';
import { Directive, directive, type ElementPart, type PartInfo, PartType } from 'lit/directive.js';

class FieldFault extends Directive {
  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new TypeError('fieldFault stands in the tag of a field.');
  }

  render(_text: string, _hint = ''): unknown {
    return noChange;
  }

  override update({ element }: ElementPart, [text, hint = '']: [text: string, hint?: string]): unknown {
    const field = element as WaInput;
    field.hint = text || hint;
    field.classList.toggle('faulty', text !== '');
    void Promise.resolve(field.updateComplete).then(() => {
      const input = field.shadowRoot?.querySelector('input');
      if (text) input?.setAttribute('aria-invalid', 'true');
      else input?.removeAttribute('aria-invalid');
    });
    return noChange;
  }
}

export const fieldFault = directive(FieldFault);
