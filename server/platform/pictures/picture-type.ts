/** By its first bytes. libvips has decoders for many more formats, which no upload shall reach. */
export function hasKnownType(upload: Buffer): boolean {
  const start = upload.toString('latin1', 0, 12);
  const isWebP = start.startsWith('RIFF') && start.endsWith('WEBP');
  return isWebP || start.startsWith('\u00ff\u00d8\u00ff') || start.startsWith('\u0089PNG\r\n\u001a\n');
}
