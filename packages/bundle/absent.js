// In place of what a bundle does without.
