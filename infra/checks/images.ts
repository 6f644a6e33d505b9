/**
 * The container images that the deployment files name: each by an exact tag, which `npm run images` resolves to a
 * digest for a release. A digest comes from the registry's API (OCI Distribution Specification 1.1, "Pulling
 * manifests").
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
/** A whole version (1.2.3), with what the publisher adds to it, or a digest. */
const EXACT = /(:v?\d+\.\d+(\.\d+)?-[\w.-]+|:v?\d+\.\d+\.\d+[\w.-]*|@sha256:[0-9a-f]{64})$/;
const IMAGE = /(?:image:\s*|ARG BASE=)([a-z0-9.-]+(?::\d+)?\/[^\s"']+)/g;
const ANSWER_LIMIT_MS = 10_000;
const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** The files that name images of others, relative to the project. */
export function imageFiles(): string[] {
  const base = 'infra/kubernetes/base';
  const manifests = readdirSync(join(PROJECT, base)).filter((file) => file.endsWith('.yaml'));
  return ['Dockerfile', 'infra/compose/compose.yaml', ...manifests.map((file) => `${base}/${file}`)];
}

function imagesIn(text: string): string[] {
  return [...text.matchAll(IMAGE)].map(([, image = '']) => image);
}

export function faultsOfImages(text: string): string[] {
  return imagesIn(text)
    .filter((image) => !EXACT.test(image))
    .map((image) => `${image} has no exact tag (a whole version) and no digest`);
}

/**
 * The digest of `registry/name:tag`; an image that names one already keeps it. Throws with the registry's answer where
 * it gives none.
 */
export async function resolveDigest(image: string, protocol = 'https'): Promise<string> {
  const named = /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1];
  if (named) return named;
  const [, host = '', name = '', tag = ''] = /^([^/]+)\/(.+):([^:]+)$/.exec(image) ?? [];
  const registry = host === 'docker.io' ? 'registry-1.docker.io' : host;
  const url = `${protocol}://${registry}/v2/${name}/manifests/${tag}`;
  const ask = (headers: Record<string, string>) =>
    fetch(url, {
      method: 'HEAD',
      headers: { accept: MANIFEST_TYPES, ...headers },
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    });
  let answer = await ask({});
  if (answer.status === 401) {
    answer = await ask({ authorization: `Bearer ${await fetchToken(answer.headers.get('www-authenticate') ?? '')}` });
  }
  const digest = answer.headers.get('docker-content-digest');
  if (!answer.ok || !digest) throw new Error(`${image}: the registry answered ${answer.status}`);
  return digest;
}

/** An anonymous token from the realm that the registry's challenge names. */
async function fetchToken(challenge: string): Promise<string> {
  const parameters = new Map(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
  );
  const url = new URL(parameters.get('realm') ?? '');
  for (const key of ['service', 'scope']) url.searchParams.set(key, parameters.get(key) ?? '');
  const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
  const { token = '', access_token = token } = (await answer.json()) as { token?: string; access_token?: string };
  return access_token;
}

/** Every image of the deployment files, once. */
export function allImages(): string[] {
  return [...new Set(imageFiles().flatMap((file) => imagesIn(readFileSync(join(PROJECT, file), 'utf8'))))].sort();
}
