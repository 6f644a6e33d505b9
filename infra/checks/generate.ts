/**
 * Writes what is made of other files: Grafana's JSON of the dashboard's source, the operator's alerts of Prometheus'
 * rules.
 */
import { writeFileSync } from 'node:fs';
import { generatedFiles } from './deployment.ts';

for (const [file, text] of await generatedFiles()) writeFileSync(file, text);
