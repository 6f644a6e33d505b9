/** Textes français des pages de créateurs, et du suivi. */
import type { profile as english } from '../english/profile.ts';

export const profile: typeof english = {
  pictureOf: (name) => `Photo de ${name}`,
  pageOf: (name) => `La page de ${name}`,
  lives: 'Les lives',
  noLives: 'Aucun live n’est annoncé pour le moment.',
  club: 'Le club',
  join: 'S’abonner',
  joinAs: (tier) => `S’abonner à ${tier}`,
  joinLater: 'Vous pourrez vous abonner depuis un salon du club, dès qu’il y en aura un d’annoncé.',
  follow: 'Suivre',
  followName: (name) => `Suivre ${name}`,
  unfollow: 'Ne plus suivre',
  unfollowName: (name) => `Ne plus suivre ${name}`,
  following: (name) => `Vous suivez ${name}.`,
  edit: 'Modifier votre page',
  description: (name) => `Les lives et le club de ${name} sur Loge.`,
  notFound: 'Il n’y a pas de créateur de ce nom ici.',
};
