/** The model folder: factors in Parquet, metrics and a manifest, replaced only when complete. */
@NullMarked
package dev.beamals.model;

import org.jspecify.annotations.NullMarked;
