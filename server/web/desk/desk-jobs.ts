/** `<desk-jobs>`: what waits of the house's own work, since when, and why. */
import { html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { DueWorkReport } from '../../protocol/due-work.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

export class DeskJobs extends DeskPart<DueWorkReport[]> {
  protected override height = '18rem';

  protected override read = async () => (await call('GET /v1/desk/jobs')).kinds;

  protected override show(reports: DueWorkReport[]): unknown {
    const texts = this.desk.jobs;
    const kinds: Record<string, string> = texts.kinds;
    const stateOf = ({ overdue, oldestDueAt, failing }: DueWorkReport) => [
      failing > 0 && texts.failing(failing),
      overdue > 0 && oldestDueAt && texts.overdue(overdue, this.moment(oldestDueAt)),
    ];
    return [
      html`<p class="muted">${texts.text}</p>`,
      this.list({
        items: reports,
        testId: 'jobs',
        row: (report) => {
          const state = stateOf(report).filter(Boolean).join(' · ');
          return {
            title: kinds[report.kind] ?? report.kind,
            state: state ? { look: 'bad', text: state } : undefined,
            lines: [
              !state && texts.well,
              ...report.faults.map(
                ({ key, since, fault, dueAt }) => html`<code>${key}</code> <span lang="en">${fault}</span>
                  ${texts.since(this.moment(since))}${dueAt ? ` · ${texts.next(this.moment(dueAt))}` : ''}`,
              ),
            ],
            testId: `job-${report.kind.replaceAll(' ', '-')}`,
          };
        },
      }),
    ];
  }
}

defineElement('desk-jobs', DeskJobs);
