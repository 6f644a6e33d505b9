/**
 * Replaces Lit's decorator of this name in the build: Web Awesome's elements are defined unless the page already has
 * them. Defining a name twice throws.
 */
export function customElement(name: string): (element: CustomElementConstructor) => void {
  return (element) => {
    if (!customElements.get(name)) customElements.define(name, element);
  };
}
