/**
 * The library for callers who have rows and names alone: Beam YAML, SQL and the SDKs of other
 * languages.
 */
@NullMarked
package dev.beamals.schematransforms;

import org.jspecify.annotations.NullMarked;
