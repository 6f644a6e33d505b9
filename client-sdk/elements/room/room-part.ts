/**
 * What every part has in common: it is given a room or finds one through the `<loge-room>` around it, renders again on the room's
 * events, speaks the page's language, and turns failures into words.
 */

import type { CSSResultGroup, PropertyDeclarations, PropertyValues } from 'lit';
import { LitElement } from 'lit';
import { LogeError } from '../../src/errors.ts';
import type { RoomEventMap } from '../../src/events.ts';
import type { Room } from '../../src/room.ts';
import type { ElementTexts } from '../texts/english.ts';
import type { Language } from '../texts/language.ts';
import { LanguageController } from '../texts/language.ts';
import { themeStyles } from '../theme/theme.ts';
import { webAwesomeTheme } from '../theme/web-awesome-theme.ts';

/** Sent by a part that has no room; the `<loge-room>` around it answers now and whenever its room changes. */
export const ROOM_WANTED = 'loge-room-wanted';

export interface RoomWanted {
  give: (room: Room | undefined) => void;
  /** Called by the provider with the function that ends the subscription. */
  onStop: (stop: () => void) => void;
}

/** An element with the house's look and language. */
export class LogeElement extends LitElement {
  static override styles: CSSResultGroup[] = [themeStyles, webAwesomeTheme];
  protected readonly speech = new LanguageController(this);

  protected get texts(): ElementTexts {
    return this.speech.texts;
  }

  protected get language(): Language {
    return this.speech.language;
  }

  static override get observedAttributes(): string[] {
    // biome-ignore lint/complexity/noThisInStatic: Lit collects the attributes of whichever class is asked, so it must be `super`, not LitElement.
    return [...super.observedAttributes, 'lang'];
  }

  override attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    super.attributeChangedCallback(name, old, value);
    if (name === 'lang') this.speech.refresh();
  }

  /** What a person should read about a failure, in their language. */
  protected wordsFor(error: unknown): string {
    if (!(error instanceof LogeError)) return this.texts.errors.internal;
    return this.texts.errors[error.code] ?? error.message;
  }

  /** Sends an event through shadow roots; false when a listener has taken the matter over with `preventDefault()`. */
  protected tell<Detail>(name: string, detail: Detail): boolean {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true }));
  }
}

/** An element that shows one side of a room. */
export class RoomPart extends LogeElement {
  static override properties: PropertyDeclarations = { room: { attribute: false } };
  declare room: Room | undefined;

  #subscriptions: Array<() => void> = [];
  #stopProvider: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.room) {
      this.#subscribe();
      return;
    }
    this.tell<RoomWanted>(ROOM_WANTED, {
      give: (room) => {
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
    // What was only lent is given back, so that the part asks again wherever it is put next.
    this.room = undefined;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('room')) return;
    this.#unsubscribe();
    if (this.isConnected) this.#subscribe();
  }

  /** Called once for each room: what to listen to, as functions that stop it. */
  protected listenTo(_room: Room): Array<() => void> {
    return [];
  }

  /** Renders again whenever one of these events comes. */
  protected renderOn(room: Room, names: Array<keyof RoomEventMap>): Array<() => void> {
    return names.map((name) => room.on(name, () => this.requestUpdate()));
  }

  #subscribe(): void {
    if (this.room && this.#subscriptions.length === 0) this.#subscriptions = this.listenTo(this.room);
  }

  #unsubscribe(): void {
    for (const stop of this.#subscriptions) stop();
    this.#subscriptions = [];
  }
}

/** Registers an element unless the page has it already, so that including the script twice does no harm. */
export function defineElement(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
