/**
 * Writes generated files: Grafana's JSON from the dashboard's source, and the operator's alerts from Prometheus' rules.
 */
import { writeFileSync } from 'node:fs';
import { generatedFiles } from './deployment.ts';

for (const [file, text] of await generatedFiles()) writeFileSync(file, text);
