import type { StageTrack } from './stage-track.ts';

/** Who gets the tracks on stage: a viewer here, or another node behind a pipe. */
export interface TrackWatcher {
  addTrack(track: StageTrack): void;
  removeTracks(tracks: StageTrack[]): void;
  handleTrackMuted(track: StageTrack): void;
  /** The layer of the track that is wanted, if it is watched. */
  preferredLayer(track: StageTrack): number | undefined;
}
