/** The keyframes of what comes over a stage and goes. */
import { css } from 'lit';

export const fades = css`
  @keyframes appear {
    from {
      opacity: 0;
    }
  }

  @keyframes vanish {
    to {
      opacity: 0;
    }
  }
`;
