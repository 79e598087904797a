/** What a model is for: predictions, the best items for a user, and what is alike. */
@NullMarked
package dev.beamals.recommend;

import org.jspecify.annotations.NullMarked;
