/**
 * Completes names after an @: recent authors at once, then people found by the server. The composer renders the list
 * and forwards keys.
 */
import type { ReactiveControllerHost } from 'lit';
import type { Room } from '../../../client/room.ts';
import { HostTimer } from '../../room/host-timer.ts';

export interface Mentioned {
  identity: string;
  name: string;
}

const MENTION_START = /(?:^|\s)@([\p{L}\p{N}_.-]{0,30})$/u;
const MAX_SHOWN = 6;
const SEARCH_DEBOUNCE_MS = 200;
/** Number of recent items that are searched for authors. */
const RECENT_ITEMS = 100;

export class ChatMentions extends HostTimer<ReactiveControllerHost & { room: Room | undefined }> {
  #query: string | undefined;
  #found: Mentioned[] = [];
  #chosen = new Map<string, string>();
  index = 0;

  override hostDisconnected(): void {
    this.close();
  }

  get isOpen(): boolean {
    return this.#query !== undefined && this.people.length > 0;
  }

  get people(): readonly Mentioned[] {
    return this.#query === undefined ? [] : this.#found;
  }

  /** Called when the text before the caret changes. */
  handleText(before: string): void {
    const query = before.match(MENTION_START)?.[1];
    if (query === this.#query) return;
    this.#query = query;
    this.index = 0;
    this.stop();
    if (query === undefined) {
      this.#found = [];
    } else {
      this.#found = this.#recent(query);
      this.start(SEARCH_DEBOUNCE_MS, () => void this.#search(query));
    }
    this.host.requestUpdate();
  }

  move(step: number): void {
    const count = this.people.length;
    this.index = (this.index + step + count) % count;
    this.host.requestUpdate();
  }

  /** Returns the text before the caret with the typed part replaced by the name. */
  complete(before: string, person: Mentioned | undefined = this.people[this.index]): string {
    if (!person || this.#query === undefined) return before;
    const token = tokenOf(person.name);
    this.#chosen.set(token, person.identity);
    const start = before.length - this.#query.length;
    this.close();
    return `${before.slice(0, start)}${token} `;
  }

  /** Identities of the chosen people whose names are still in the text. */
  identitiesIn(text: string, limit: number): string[] {
    const identities = [...this.#chosen]
      .filter(([token]) => text.includes(`@${token}`))
      .map(([, identity]) => identity);
    return [...new Set(identities)].slice(0, limit);
  }

  close(): void {
    this.stop();
    this.#query = undefined;
    this.#found = [];
    this.host.requestUpdate();
  }

  reset(): void {
    this.#chosen.clear();
    this.close();
  }

  #recent(query: string): Mentioned[] {
    const people = new Map<string, Mentioned>();
    const items = this.host.room?.chat.messages.slice(-RECENT_ITEMS) ?? [];
    for (const item of [...items].reverse()) {
      if (item.kind !== 'notice' && item.from) people.set(item.from.identity, item.from);
    }
    return this.#filter([...people.values()], query);
  }

  async #search(query: string): Promise<void> {
    try {
      const { people = [] } = (await this.host.room?.chat.people(query)) ?? {};
      if (query !== this.#query) return;
      const known = new Set(this.#found.map(({ identity }) => identity));
      const more = this.#filter(people, query).filter(({ identity }) => !known.has(identity));
      this.#found = [...this.#found, ...more].slice(0, MAX_SHOWN);
      this.host.requestUpdate();
    } catch {
      // The recent authors are still offered.
    }
  }

  #filter(people: readonly Mentioned[], query: string): Mentioned[] {
    const self = this.host.room?.localParticipant.identity;
    const wanted = query.toLowerCase();
    return people
      .filter(({ identity, name }) => identity !== self && name.toLowerCase().includes(wanted))
      .slice(0, MAX_SHOWN);
  }
}

/** The text after the @: the first word of the name. */
function tokenOf(name: string): string {
  return name.match(/[\p{L}\p{N}_.-]+/u)?.[0] ?? name.replaceAll(/\s+/g, '_');
}
