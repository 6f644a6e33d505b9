import { css } from 'lit';

export const roomPageStyles = css`
  loge-room {
    --loge-height: 100%;
    --loge-min-height: 0;
  }

  .door,
  loge-room:not(:defined) {
    display: block;
    height: 100%;
    overflow-y: auto;
  }

  /* About the size of what one can buy. */
  .buttons {
    height: 7rem;
  }
`;
