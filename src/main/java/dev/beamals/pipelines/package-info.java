/** The programs that a user starts, their flags and what they print. */
@NullMarked
package dev.beamals.pipelines;

import org.jspecify.annotations.NullMarked;
