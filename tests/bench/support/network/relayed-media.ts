/** Lets the media of a page take a line. */
import type { Page } from 'playwright-core';
import type { Line } from './line.ts';

declare global {
  interface Window {
    relayedPeers: Set<RTCPeerConnection>;
    /** The port of the line's relay for a media port of the server. */
    relayedPort(serverPort: number): Promise<number>;
  }
}

/** To be called before the page is loaded. */
export async function relayMedia(page: Page, line: Line): Promise<void> {
  await page.exposeFunction('relayedPort', (port: number) => line.relayUdp(port));
  await page.addInitScript(rewriteCandidates);
}

/** Replaces the server's candidates by the line's relay, and leaves those for TCP out. */
function rewriteCandidates(): void {
  const relayedPorts = new Map<number, Promise<number>>();
  const rewriteLine = async (line: string): Promise<string | undefined> => {
    if (!line.startsWith('a=candidate:')) return line;
    const fields = line.split(' ');
    if (fields[2]?.toLowerCase() !== 'udp') return undefined;
    const port = Number(fields[5]);
    const relayed = relayedPorts.get(port) ?? window.relayedPort(port);
    relayedPorts.set(port, relayed);
    fields[4] = '127.0.0.1';
    fields[5] = String(await relayed);
    return fields.join(' ');
  };
  const Native = window.RTCPeerConnection;
  window.relayedPeers = new Set();
  window.RTCPeerConnection = class extends Native {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      window.relayedPeers.add(this);
    }

    override async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
      const lines = await Promise.all((description.sdp ?? '').split('\r\n').map(rewriteLine));
      const sdp = lines.filter((line) => line !== undefined).join('\r\n');
      await super.setRemoteDescription({ type: description.type, sdp });
    }
  };
}
