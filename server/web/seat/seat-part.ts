/** Base of the parts about one's own seat. */
import { css } from 'lit';
import type { CommitteeMember, OwnSeat } from '../../protocol/trust/committee.ts';
import { DeskPart } from '../desk/desk-part.ts';
import { formatDate } from '../site/dates.ts';

export abstract class SeatPart<Data = CommitteeMember> extends DeskPart<Data> {
  static override styles = [
    ...DeskPart.styles,
    css`
      .facts {
        margin-block: var(--_space-12);
      }

      .callout {
        max-width: 44rem;
      }

      /* What people wrote, beside what is known of it. */
      .rows .words {
        color: var(--_text);
      }

      div + form.card,
      summary + form.card {
        margin-top: var(--_space-16);
      }

      fieldset > small {
        color: var(--_muted);
        font: var(--_type-14);
      }
    `,
  ];

  /** Each is a form of its own on a long page. */
  protected override readonly hasMessagesFirst = false;

  protected get seat() {
    return this.words.seat;
  }

  protected day(at: string): string {
    return formatDate(at, this.language);
  }

  protected announce(seat: OwnSeat): void {
    this.emit('seat-changed', seat);
  }
}
