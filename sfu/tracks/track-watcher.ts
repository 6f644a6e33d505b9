import type { StageTrack } from './stage-track.ts';

/** Who gets the tracks on stage: a viewer here, or another node behind a pipe. */
export interface TrackWatcher {
  /** A spare, which gets what the publisher's spare keeps ready in place of what is on stage. */
  readonly waiting: boolean;
  addTrack(track: StageTrack): void;
  removeTracks(tracks: StageTrack[]): void;
  handleTrackMuted(track: StageTrack): void;
  /** The layer of the track that is wanted, if it is watched. */
  preferredLayer(track: StageTrack): number | undefined;
}
