package dev.beamals.pipelines;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Where the help of a command tells a flag: that of a getter, else that of its interface. */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@interface Group {
  /** The group. */
  Name value();

  /** Groups in the order in which help tells them. */
  enum Name {
    data,
    model,
    quality,
    output,
    runner
  }
}
