/**
 * Base classes of the elements. A part gets its room as a property or from the surrounding `<loge-room>`, renders on
 * the room's events, uses the page's language, and converts errors to texts.
 */

import type { CSSResultGroup, CSSResultOrNative, PropertyDeclaration, PropertyDeclarations, PropertyValues } from 'lit';
import { LitElement } from 'lit';
import { LogeError } from '../../client/errors.ts';
import type { RoomEventMap } from '../../client/events.ts';
import type { Room } from '../../client/room.ts';
import { loadParts } from '../loading/parts.ts';
import type { ElementTexts } from '../texts/element-texts.ts';
import { formatMoney } from '../texts/format.ts';
import type { Language } from '../texts/language.ts';
import { LanguageController } from '../texts/language.ts';
import { shareStyles } from '../theme/shared-styles.ts';
import { themeStyles } from '../theme/theme.ts';

/** Sent by a part without a room; the surrounding `<loge-room>` passes its room now and whenever it changes. */
export const ROOM_WANTED = 'loge-room-wanted';

export interface RoomWanted {
  setRoom: (room: Room | undefined) => void;
  /** Called by the provider with the function that ends the subscription. */
  onStop: (stop: () => void) => void;
}

/** An element with Loge's theme and language. */
export class LogeElement extends LitElement {
  static override properties: PropertyDeclarations = { busy: { state: true }, problem: { state: true } };
  /** Name of the running act; empty while there is none. */
  declare busy: string;
  /** The failure that the element shows, as text; empty without one. */
  declare problem: string;

  /** Those of the theme come before them. */
  static override styles: CSSResultGroup = [];
  protected readonly localization = new LanguageController(this);

  constructor() {
    super();
    this.busy = '';
    this.problem = '';
  }

  protected get texts(): ElementTexts {
    return this.localization.texts;
  }

  protected get language(): Language {
    return this.localization.language;
  }

  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    const root = super.createRenderRoot();
    if (root instanceof ShadowRoot) shareStyles(root);
    return root;
  }

  protected static override finalizeStyles(styles: CSSResultGroup = []): CSSResultOrNative[] {
    return LitElement.finalizeStyles([themeStyles, styles]);
  }

  static override get observedAttributes(): string[] {
    // biome-ignore lint/complexity/noThisInStatic: Lit reads the attributes of the class that is asked: `super`.
    return [...super.observedAttributes, 'lang'];
  }

  override attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    super.attributeChangedCallback(name, old, value);
    if (name === 'lang') this.localization.refresh();
  }

  /** The text for an error, in the person's language. */
  protected wordsFor(error: unknown): string {
    if (!(error instanceof LogeError)) return this.texts.errors.internal;
    return this.texts.errors[error.code] ?? error.message;
  }

  /** Runs one act at a time and shows its failure as `problem`. Resolves to whether it has succeeded. */
  protected async act(name: string, act: () => unknown): Promise<boolean> {
    if (this.busy) return false;
    this.busy = name;
    const isDone = await this.attempt(act);
    this.busy = '';
    return isDone;
  }

  /** Runs an act that may overlap with others, such as muting, and shows its failure. */
  protected async attempt(act: () => unknown): Promise<boolean> {
    this.problem = '';
    try {
      await act();
      return true;
    } catch (error) {
      this.problem = this.wordsFor(error);
      return false;
    } finally {
      // Also what a refused act has not changed is drawn again, such as a switch.
      this.requestUpdate();
    }
  }

  /** Dispatches an event through shadow roots; false if a listener called `preventDefault()`. */
  protected emit<Detail>(name: string, detail: Detail): boolean {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true }));
  }
}

// biome-ignore lint/suspicious/noExplicitAny: TypeScript knows a mixin by a constructor that takes anything.
type Mixed<Type> = abstract new (...args: any[]) => Type;

/**
 * The class with properties, each with its first value: a change of one renders the element. `attributes` are those
 * that a page sets in its markup. A first value is shared by all elements, so it is replaced and never changed.
 */
export function withProperties<Base extends Mixed<LogeElement>, Values extends object>(
  base: Base,
  values: Values,
  attributes: { [Name in keyof Values]?: PropertyDeclaration } = {},
): Base & Mixed<Values> {
  const names = Object.keys(values) as (keyof Values)[];
  abstract class WithProperties extends base {
    static properties = Object.fromEntries(names.map((name) => [name, attributes[name] ?? { state: true }]));

    // biome-ignore lint/suspicious/noExplicitAny: as above
    constructor(...args: any[]) {
      super(...args);
      Object.assign(this, values);
    }
  }
  return WithProperties as unknown as Base & Mixed<Values>;
}

/** On these every part renders: they are rare, and most parts show what they change. */
export const STATE_EVENTS = [
  ...(['connected', 'reconnecting', 'reconnected', 'disconnected', 'accessGranted', 'accessRevoked'] as const),
  ...(['rightsChanged', 'roomChanged', 'roomEnded', 'liveStarted', 'liveEnded', 'pauseChanged'] as const),
];

/** An element that shows one side of a room. */
export class RoomPart extends LogeElement {
  static override properties: PropertyDeclarations = { room: { attribute: false } };
  declare room: Room | undefined;

  #subscriptions: Array<() => void> = [];
  #stopProvider: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.room) {
      // The first update subscribes by itself.
      if (this.hasUpdated) this.#subscribe();
      // What happened while it was out of the page was not heard.
      this.requestUpdate();
      return;
    }
    this.emit<RoomWanted>(ROOM_WANTED, {
      setRoom: (room) => {
        this.room = room;
      },
      onStop: (stop) => {
        this.#stopProvider = stop;
      },
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unsubscribe();
    if (!this.#stopProvider) return;
    this.#stopProvider();
    this.#stopProvider = undefined;
    // Drop a provided room, so that the part requests one again at its next place.
    this.room = undefined;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('room')) return;
    this.#unsubscribe();
    if (this.isConnected) this.#subscribe();
  }

  /** Names the amount that a limit allows. */
  protected override wordsFor(error: unknown): string {
    const { room, texts } = this;
    const isNamed = error instanceof LogeError && error.limitMinor !== undefined;
    if (!isNamed || !room?.currency) return super.wordsFor(error);
    const limit = this.money(error.limitMinor);
    return error.code === 'amount_too_small' ? texts.limits.tooSmall(limit) : texts.limits.tooLarge(limit);
  }

  /** An amount as text: all of a room are in one currency. */
  protected money = (amountMinor: number): string =>
    formatMoney(amountMinor, this.room?.currency ?? 'eur', this.language);

  /** Loads what appears in it. */
  protected override updated(_changed: PropertyValues): void {
    loadParts(this.renderRoot);
  }

  /** Called once per room; adds listeners and returns the functions that remove them. */
  protected listenTo(_room: Room): Array<() => void> {
    return [];
  }

  /** Renders on each of these events. */
  protected renderOn(room: Room, names: ReadonlyArray<keyof RoomEventMap>): Array<() => void> {
    return names.map((name) => room.on(name, () => this.requestUpdate()));
  }

  #subscribe(): void {
    const { room } = this;
    if (room && this.#subscriptions.length === 0)
      this.#subscriptions = [...this.renderOn(room, STATE_EVENTS), ...this.listenTo(room)];
  }

  #unsubscribe(): void {
    for (const stop of this.#subscriptions) stop();
    this.#subscriptions = [];
  }
}

/** Defines an element unless it exists, so that the script may be included twice. */
export function defineElement(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
