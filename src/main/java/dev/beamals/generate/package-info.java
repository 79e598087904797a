/** Made-up data sets that look like public ones. */
@NullMarked
package dev.beamals.generate;

import org.jspecify.annotations.NullMarked;
