/** `<desk-jobs>`: what waits of the house's own work, since when, and why. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { DueWorkReport } from '../../protocol/due-work.ts';
import { formatMoment } from '../site/dates.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

export class DeskJobs extends DeskPart {
  static override properties = { ...DeskPart.properties, kinds: { state: true } };
  declare kinds: DueWorkReport[] | undefined;

  protected override async load(): Promise<void> {
    this.kinds = (await call('GET /v1/desk/jobs')).kinds;
  }

  override render(): TemplateResult {
    const texts = this.desk.jobs;
    return html`
      <p class="muted">${texts.text}</p>
      ${this.messages()}
      ${this.whenRead(
        this.kinds,
        '18rem',
        (kinds) => html`<ul class="rows" data-testid="jobs">${kinds.map((kind) => this.#kind(kind))}</ul>`,
      )}
    `;
  }

  #kind({ kind, overdue, oldestDueAt, failing, faults }: DueWorkReport): TemplateResult {
    const texts = this.desk.jobs;
    const kinds: Record<string, string> = texts.kinds;
    const isWell = overdue === 0 && failing === 0;
    return html`<li data-testid="job-${kind.replaceAll(' ', '-')}">
      <div class="what">
        <p class="line">
          <b>${kinds[kind] ?? kind}</b>
          ${isWell ? html`<span class="small muted">${texts.well}</span>` : nothing}
          ${failing > 0 ? html`<span class="state bad">${texts.failing(failing)}</span>` : nothing}
          ${overdue > 0 && oldestDueAt ? html`<span class="state bad">${texts.overdue(overdue, formatMoment(oldestDueAt, this.language))}</span>` : nothing}
        </p>
        ${faults.map(
          ({ key, since, fault, dueAt }) => html`<p class="small">
            <code>${key}</code> <span lang="en">${fault}</span>
            <span class="muted">
              ${texts.since(formatMoment(since, this.language))}${dueAt ? ` · ${texts.next(formatMoment(dueAt, this.language))}` : ''}
            </span>
          </p>`,
        )}
      </div>
    </li>`;
  }
}

defineElement('desk-jobs', DeskJobs);
