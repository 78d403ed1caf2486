export const flavors = {
  title: 'Flavors',
};
