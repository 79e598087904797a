/** ALS (alternating least squares) recommenders on Apache Beam. */
@NullMarked
package dev.beamals;

import org.jspecify.annotations.NullMarked;
