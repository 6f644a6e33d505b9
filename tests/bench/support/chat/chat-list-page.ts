/**
 * Runs inside Chromium for the benchmark of the chat's list: the element of Loge, and what is written first everywhere:
 * one element appended for each message, and the end scrolled to after each frame of the chat. Each is given the same
 * messages at the same pace, and the frames of the screen are timed.
 */
import { ChatStage, scriptedEntry } from '../../../support/browser/chat-stage.ts';

declare global {
  interface Window {
    chatListPage: typeof chatListPage;
  }
}

export interface ListFigures {
  /** Milliseconds between one frame of the screen and the next. */
  frames: number[];
  /** Tasks of more than 50 ms (W3C Long Tasks). */
  longTasks: number;
  /** Elements of the list in the end. */
  domNodes: number;
  /** Messages that came, and the number of the last one that was in the document in the end. */
  messages: number;
  shown: number;
}

interface Load {
  perSecond: number;
  /** A frame of the chat comes so often. */
  tickMs: number;
  forMs: number;
}

const SETTLE_MS = 1_000;
/** From the last message to its row in the document. */
const SHOWN_LIMIT_MS = 10_000;

const style = document.createElement('style');
style.textContent =
  'body { margin: 0; background: #130d10 } #place { width: 390px; height: 560px } .plain { height: 100%; overflow-y: auto; color: #f6eee6; font: 15.5px system-ui } .plain div { padding: 4px 16px } .plain b { margin-right: 6px }';
document.head.append(style);

let place: HTMLElement | undefined;

function freshPlace(): HTMLElement {
  place?.remove();
  place = document.createElement('div');
  place.id = 'place';
  document.body.append(place);
  return place;
}

async function timed(
  load: Load,
  side: { say(count: number): void; end(): Pick<ListFigures, 'domNodes' | 'shown'> },
): Promise<ListFigures> {
  // What putting it into the page costs is another question.
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const frames: number[] = [];
  let longTasks = 0;
  const observer = new PerformanceObserver((list) => {
    longTasks += list.getEntries().length;
  });
  observer.observe({ type: 'longtask' });
  let said = 0;
  const startedAt = performance.now();
  // As a socket gives them: by time passed, so that a slow page is owed more at once and not less.
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * load.perSecond);
    const count = due - said;
    said = due;
    if (count > 0) side.say(count);
  }, load.tickMs);
  await new Promise<void>((resolve) => {
    let last = performance.now();
    const frame = (now: number): void => {
      frames.push(now - last);
      last = now;
      if (now - startedAt < load.forMs) requestAnimationFrame(frame);
      else resolve();
    };
    requestAnimationFrame(frame);
  });
  clearInterval(timer);
  // Limited, so that a message that never comes is a figure and not a hang.
  const limitMs = performance.now() + SHOWN_LIMIT_MS;
  while (side.end().shown < said && performance.now() < limitMs) await new Promise(requestAnimationFrame);
  longTasks += observer.takeRecords().length;
  observer.disconnect();
  return { frames: frames.slice(1), longTasks, messages: said, ...side.end() };
}

async function measureLoge(load: Load): Promise<ListFigures> {
  const stage = new ChatStage(freshPlace(), { before: 500 });
  await stage.element.updateComplete;
  const before = stage.log.length;
  return timed(load, {
    say: (count) => stage.say(count),
    end: () => ({
      domNodes: stage.list.querySelectorAll('*').length,
      shown: Number(stage.rows.at(-1)?.dataset.message?.slice(4) ?? 0) - before,
    }),
  });
}

function measurePlain(load: Load): Promise<ListFigures> {
  const list = document.createElement('div');
  list.className = 'plain';
  freshPlace().append(list);
  let seq = 0;
  const say = (count: number): void => {
    for (let index = 0; index < count; index += 1) {
      seq += 1;
      const entry = JSON.parse(JSON.stringify(scriptedEntry(seq)));
      const row = document.createElement('div');
      const name = document.createElement('b');
      name.textContent = entry.from.name;
      row.append(name, entry.text);
      list.append(row);
    }
    list.scrollTop = list.scrollHeight;
  };
  // The evening so far, as the other side has it behind it.
  say(500);
  return timed(load, { say, end: () => ({ domNodes: list.querySelectorAll('*').length, shown: seq - 500 }) });
}

const chatListPage = { measureLoge, measurePlain };
window.chatListPage = chatListPage;
