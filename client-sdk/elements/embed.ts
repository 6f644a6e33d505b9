/**
 * All elements in one script: `<script src="https://your-loge/embed.js"></script>`. Elements connect to the origin of
 * the script unless they have a `url` attribute.
 */
import './definition-guard.ts';
import './theme/web-awesome.ts';
import './loge-room.ts';
import './loge-studio.ts';
import { stopGuard } from './definition-guard.ts';
import { setDefaultServerUrl } from './room/room-session.ts';

export { LogeChat } from './loge-chat.ts';
export { LogeLeaderboard } from './loge-leaderboard.ts';
export { LogeLobby } from './loge-lobby.ts';
export { LogeModeration } from './loge-moderation.ts';
export { LogePrivate } from './loge-private.ts';
export { LogeRoom } from './loge-room.ts';
export { LogeStage } from './loge-stage.ts';
export { LogeStudio } from './loge-studio.ts';
export { LogeTip } from './loge-tip.ts';
export { LogeWallet } from './loge-wallet.ts';

stopGuard();
const script = document.currentScript;
if (script instanceof HTMLScriptElement && script.src) setDefaultServerUrl(new URL(script.src).origin);
