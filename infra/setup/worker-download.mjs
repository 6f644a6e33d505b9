// mediasoup's own prebuilt worker. The name of the archive is the one that mediasoup's npm-scripts.mjs gives it, and so
// are the two variables of the environment; unlike that script it gives up within seconds where there is no network.
// The release publishes no checksums, so development trusts TLS and prints the archive's SHA-256; a production machine
// takes only an archive that fits LOGE_WORKER_SHA256.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { arch, platform, release } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { inProject } from './locations.mjs';
import { note, withProgress } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

const answerTimeoutMs = 5_000;
const downloadTimeoutMs = 120_000;
const largestArchiveBytes = 100_000_000;
const tarBlockBytes = 512;

// Which downloads are accepted: only the archive with this hash, any ('any'), or none.
export function acceptedArchive() {
  const { LOGE_WORKER_SHA256: hash, NODE_ENV, MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD: skip } = process.env;
  if (skip) return 'none';
  if (hash) {
    if (/^[0-9a-f]{64}$/i.test(hash)) return hash.toLowerCase();
    throw new SetupError('LOGE_WORKER_SHA256 must be the 64 hexadecimal digits of the SHA-256 of the release archive.');
  }
  return NODE_ENV === 'production' ? 'none' : 'any';
}

// Writes the worker to `file` and answers true, or answers false where it cannot be had.
export async function downloadWorker(version, file) {
  const accepted = acceptedArchive();
  if (accepted === 'none') return false;
  try {
    const archive = await withProgress("Downloading mediasoup's prebuilt worker", () => download(archiveUrl(version)));
    const hash = createHash('sha256').update(archive).digest('hex');
    if (accepted !== 'any' && hash !== accepted) {
      note(`The prebuilt worker is refused: its SHA-256 is ${hash}, LOGE_WORKER_SHA256 is ${accepted}.`);
      note('Building the worker from its sources instead.');
      return false;
    }
    note(`SHA-256 of the prebuilt worker's archive: ${hash}`);
    writeFileSync(file, findInTar(gunzipSync(archive), 'mediasoup-worker'));
    return true;
  } catch (error) {
    const reason = error.cause?.code ?? error.message;
    note(`mediasoup's prebuilt worker cannot be had (${reason}); building it from its sources instead.`);
    return false;
  }
}

function archiveUrl(version) {
  const { repository } = JSON.parse(readFileSync(inProject('node_modules', 'mediasoup', 'package.json'), 'utf8'));
  const base =
    process.env.MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL ||
    `${repository.url.replace(/^git\+/, '').replace(/\.git$/, '')}/releases/download`;
  const kernel = platform() === 'linux' ? `-kernel${release().split('.')[0]}` : '';
  return `${base}/${version}/mediasoup-worker-${version}-${platform()}-${arch()}${kernel}.tgz`;
}

async function download(url) {
  const controller = new AbortController();
  const answerTimer = setTimeout(() => controller.abort(new Error('no answer in time')), answerTimeoutMs);
  const downloadTimer = setTimeout(() => controller.abort(new Error('too slow')), downloadTimeoutMs);
  try {
    const response = await fetch(url, { signal: controller.signal });
    clearTimeout(answerTimer);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const chunks = [];
    let receivedBytes = 0;
    for await (const chunk of response.body) {
      receivedBytes += chunk.length;
      if (receivedBytes > largestArchiveBytes) throw new Error('archive too large');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(answerTimer);
    clearTimeout(downloadTimer);
  }
}

// A tar archive is a row of 512-octet headers, each followed by its file, padded to whole blocks.
function findInTar(tar, wantedName) {
  for (let offset = 0; offset + tarBlockBytes <= tar.length; ) {
    const header = tar.subarray(offset, offset + tarBlockBytes);
    const name = header.subarray(0, 100).toString('utf8').replace(/\0.*$/s, '');
    const size = Number.parseInt(header.subarray(124, 136).toString('latin1'), 8);
    if (name === '' || !Number.isInteger(size)) break;
    const start = offset + tarBlockBytes;
    if (name.split('/').at(-1) === wantedName && size > 0) return tar.subarray(start, start + size);
    offset = start + Math.ceil(size / tarBlockBytes) * tarBlockBytes;
  }
  throw new Error('the archive holds no worker');
}
