/**
 * Spark MLlib as a peer to measure against: the reference notebook's job for side-by-side runs, and
 * an in-memory trainer for tests. Test scope only: beam-als itself does not use MLlib.
 */
@NullMarked
package dev.beamals.mllib;

import org.jspecify.annotations.NullMarked;
