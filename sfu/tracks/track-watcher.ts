import type { StageTrack } from './stage-track.ts';

/** A session that receives the tracks on stage: a viewer's, or a pipe to another node. */
export interface TrackWatcher {
  /** An unused spare, which receives the tracks of the publisher's spare instead. */
  readonly isSpare: boolean;
  addTrack(track: StageTrack): void;
  removeTracks(tracks: StageTrack[]): void;
  handleTrackMuted(track: StageTrack): void;
  /** The layer of the track that it wants, if it receives the track. */
  preferredLayer(track: StageTrack): number | undefined;
}
