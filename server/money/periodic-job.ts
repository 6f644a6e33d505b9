/** Jobs are the platform's; money names them from here. */
export { PeriodicJob, type PeriodicJobOptions } from '../platform/periodic-job.ts';
