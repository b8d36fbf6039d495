/** What every page gets; pages work before and without it. */
import "./dialogs.js";
import "./copy.js";
import "./keys.js";
import "./complete.js";
import "./lightbox.js";
import "./search.js";
import "./favourites.js";
import "./looks.js";
import "./submit.js";
import "./related-tags.js";

document.documentElement.classList.add("js");
