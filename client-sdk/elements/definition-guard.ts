/**
 * Defining a custom element twice throws, and the page may already contain Web Awesome, media-chrome or this script.
 * While the bundle loads, definitions of existing names are ignored. Must be imported before everything else.
 */
const original = customElements.define;

customElements.define = function define(name, element, options) {
  if (!this.get(name)) original.call(this, name, element, options);
};

export function stopGuard(): void {
  customElements.define = original;
}
