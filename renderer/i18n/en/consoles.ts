export const consoles = {
  title: 'Console',
};
