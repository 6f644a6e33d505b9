/** The parts of a room that are loaded when they are needed. */
import { registerParts } from './parts.ts';

registerParts({
  'loge-chat': () => import('../loge-chat.ts'),
  'loge-chat-poll': () => import('../chat/chat-poll.ts'),
  'loge-chat-moderation': () => import('../chat/chat-moderation.ts'),
  'loge-report': () => import('../trust/loge-report.ts'),
  'loge-club': () => import('../money/loge-club.ts'),
  'loge-curtain': () => import('../room/loge-curtain.ts'),
  'loge-goal-reached': () => import('../stage/goal-reached.ts'),
  'loge-leaderboard': () => import('../loge-leaderboard.ts'),
  'loge-moderation': () => import('../loge-moderation.ts'),
  'loge-private': () => import('../loge-private.ts'),
  'loge-reminder': () => import('../room/loge-reminder.ts'),
  'loge-stage': () => import('../loge-stage.ts'),
  'loge-studio': () => import('../loge-studio.ts'),
  'loge-ticket': () => import('../money/loge-ticket.ts'),
  'loge-tip': () => import('../loge-tip.ts'),
  'loge-studio-requests': () => import('../studio/studio-requests.ts'),
  'loge-summary': () => import('../room/loge-summary.ts'),
  'loge-topup': () => import('../money/loge-topup.ts'),
});
