/**
 * Writes generated files: Grafana's JSON from the dashboard's source, the operator's alerts from Prometheus' rules, and
 * the requests on the protocol's page from their contracts.
 */
import { writeFileSync } from 'node:fs';
import { generatedFiles } from './deployment.ts';
import { writeProtocolPage } from './protocol-page.ts';

for (const [file, text] of [...(await generatedFiles()), writeProtocolPage()]) writeFileSync(file, text);
