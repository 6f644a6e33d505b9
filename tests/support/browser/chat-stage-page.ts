/** Runs inside Chromium: a chat scripted by the test. */
import { ChatStage } from './chat-stage.ts';

declare global {
  interface Window {
    chatStage: ChatStage;
  }
}

document.body.style.cssText = 'margin: 0; background: #130d10';
const place = document.createElement('div');
place.style.cssText = 'width: 390px; height: 560px';
document.body.append(place);
window.chatStage = new ChatStage(place, { before: 1_200 });
