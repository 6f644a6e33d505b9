/** French texts of the studio. */
import type { studio as english } from '../english/studio.ts';

export const studio: typeof english = {
  title: 'Votre studio',
  text: 'Ouvrez un salon, vérifiez l’image, passez en direct.',
  newRoom: 'Nouveau salon',
  rooms: 'Vos salons',
  none: 'Vous n’avez pas encore de salon. Créez le premier.',
  open: 'Ouvrir le studio',
  share: 'Copier le lien',
  copied: 'Lien copié',
  copyYourself: 'Lien du salon, à copier',
  status: { live: 'En direct', scheduled: 'Prêt', ended: 'Terminé' },
  creatorsOnly: 'Le studio est réservé aux créateurs.',
  back: 'Tous vos salons',
  toEarnings: 'Voir vos revenus',
  nextDate: 'Fixer la prochaine date',
};
