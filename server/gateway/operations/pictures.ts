/** What operations that take a picture have in common. */
import { LIMITS } from '../../protocol/limits.ts';
import type { UploadRules } from './operation.ts';

export const PICTURE_UPLOAD: UploadRules = { types: LIMITS.pictureTypes, maxBytes: LIMITS.pictureBytes };
export const PICTURE_ERRORS = ['picture_invalid', 'picture_too_large', 'timeout'] as const;
