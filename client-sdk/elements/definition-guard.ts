/**
 * A page may already have Web Awesome's or media-chrome's elements, or this very script, and the platform throws on a second definition.
 * While the bundle loads, a name that is taken is left to whoever has it. Imported before everything else.
 */
const original = customElements.define;

customElements.define = function define(name, element, options) {
  if (!this.get(name)) original.call(this, name, element, options);
};

export function stopGuard(): void {
  customElements.define = original;
}
