import { describe, expect, it } from 'vitest';
import { socketAddress } from './socket-address.ts';

describe('socketAddress', () => {
  it.each([
    ['https://live.example.com', { origin: 'https://live.example.com', path: '/socket.io' }],
    ['https://example.com/live/', { origin: 'https://example.com', path: '/live/socket.io' }],
    ['http://localhost:3000/?x=1', { origin: 'http://localhost:3000', path: '/socket.io' }],
  ])('takes the path of %s as a prefix', (url, address) => {
    expect(socketAddress(url)).toEqual(address);
  });
});
